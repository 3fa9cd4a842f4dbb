import './index-thread.test.ts';
