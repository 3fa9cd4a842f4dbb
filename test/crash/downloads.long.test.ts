import './downloads.test.ts';
