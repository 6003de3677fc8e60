<?php
// What PHP's memcached extension asks of a memcached, and its sessions: php php_check.php HOST PORT.
function check($expected, $actual) {
    if ($expected !== $actual) {
        fwrite(STDERR, "expected " . var_export($expected, true) . ", got " . var_export($actual, true) . "\n");
        debug_print_backtrace();
        exit(1);
    }
}
[, $host, $port] = $argv;
foreach ([false, true] as $binary) {
    $client = new Memcached();
    $client->setOption(Memcached::OPT_BINARY_PROTOCOL, $binary);
    $client->setOption(Memcached::OPT_TCP_NODELAY, true);
    $client->addServer($host, (int) $port);
    foreach (['a', 'n', 'add', 'raw', 'big'] as $key) {
        $client->delete("php-$key");
    }
    check(true, $client->set('php-a', ['x' => [1, null]]));
    check(['x' => [1, null]], $client->get('php-a'));
    check(false, $client->get('php-missing'));
    check(Memcached::RES_NOTFOUND, $client->getResultCode());
    check(true, $client->add('php-add', 'first'));
    check(false, $client->add('php-add', 'second'));
    check(true, $client->replace('php-add', 'third'));
    $got = $client->get('php-add', null, Memcached::GET_EXTENDED);
    check(true, $client->cas($got['cas'], 'php-add', 'fourth'));
    check(false, $client->cas($got['cas'], 'php-add', 'fifth'));
    $client->setOption(Memcached::OPT_COMPRESSION, false);
    check(true, $client->set('php-raw', 'b'));
    check(true, $client->append('php-raw', 'c'));
    check(true, $client->prepend('php-raw', 'a'));
    check('abc', $client->get('php-raw'));
    check(true, $client->set('php-n', 10));
    check(15, $client->increment('php-n', 5));
    check(0, $client->decrement('php-n', 99));
    check(true, $client->touch('php-a', 100));
    $many = [];
    for ($i = 0; $i < 500; $i++) {
        $many["php-many-$i"] = $i;
    }
    check(true, $client->setMulti($many));
    check(500, count($client->getMulti(array_keys($many))));
    $big = str_repeat('x', 900000);
    check(true, $client->set('php-big', $big));
    check($big, $client->get('php-big'));
    check(true, $client->delete('php-a'));
    check(true, count($client->getStats()) === 1);
}

// Sessions: binary, locked with add. The second process waits for the lock of the first.
ini_set('session.save_handler', 'memcached');
ini_set('session.save_path', "$host:$port");
ini_set('session.use_cookies', '0');
ini_set('session.cache_limiter', '');
ini_set('memcached.sess_binary_protocol', '1');
ini_set('memcached.sess_locking', '1');
session_id('kumosession');
for ($i = 1; $i <= 3; $i++) {
    check(true, session_start());
    $_SESSION['visits'] = ($_SESSION['visits'] ?? 0) + 1;
    check($i, $_SESSION['visits']);
    check(true, session_write_close());
}
session_start();
check(true, session_destroy());
echo "PHP's memcached ", phpversion('memcached'), " is served\n";
