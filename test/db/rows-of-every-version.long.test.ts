import './rows-of-every-version.test.ts';
