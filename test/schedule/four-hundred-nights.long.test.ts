import './four-hundred-nights.test.ts';
