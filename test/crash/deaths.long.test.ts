import './deaths.test.ts';
