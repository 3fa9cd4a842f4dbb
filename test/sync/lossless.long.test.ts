import './lossless.test.ts';
