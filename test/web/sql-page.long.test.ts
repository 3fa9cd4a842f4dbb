import './sql-page.test.ts';
