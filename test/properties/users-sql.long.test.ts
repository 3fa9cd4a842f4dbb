import './users-sql.test.ts';
