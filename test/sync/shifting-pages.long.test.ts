import './shifting-pages.test.ts';
