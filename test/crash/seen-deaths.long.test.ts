import './seen-deaths.test.ts';
