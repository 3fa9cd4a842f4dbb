import './random-histories.test.ts';
