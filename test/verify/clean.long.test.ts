import './clean.test.ts';
