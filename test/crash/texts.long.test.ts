import './texts.test.ts';
