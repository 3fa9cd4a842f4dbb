import './upgrade.test.ts';
