import './crawl.test.ts';
