const ms = require('ms');
if (process.argv[2] === '--serve') {
  require('http').createServer((_, out) => out.end('hello')).listen(3000);
} else {
  console.log('a day has ' + ms('1d'));
}
