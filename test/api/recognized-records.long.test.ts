import './recognized-records.test.ts';
