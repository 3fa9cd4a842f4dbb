import './lost-output.test.ts';
