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
foreach (isset($argv[3]) ? [] : [false, true] as $binary) {
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

// Sessions: binary, locked with add.
ini_set('session.save_handler', 'memcached');
ini_set('session.save_path', "$host:$port");
ini_set('session.use_cookies', '0');
ini_set('session.cache_limiter', '');
ini_set('memcached.sess_binary_protocol', '1');
ini_set('memcached.sess_locking', '1');
session_id('kumosession');
function visit() {
    check(true, session_start());
    $_SESSION['visits'] = ($_SESSION['visits'] ?? 0) + 1;
    $visits = $_SESSION['visits'];
    usleep(2000); // what a page takes
    check(true, session_write_close());
    return $visits;
}
for ($i = 1; $i <= (isset($argv[3]) ? 0 : 3); $i++) {
    check($i, visit());
}

// Requests of one session at the same time wait for each other's locks: no visit is lost.
ini_set('memcached.sess_lock_wait_min', '5');
ini_set('memcached.sess_lock_wait_max', '20');
ini_set('memcached.sess_lock_retries', '2000');
if (isset($argv[3])) {
    for ($i = 0; $i < 10; $i++) {
        visit();
    }
    exit(0);
}
$others = [];
for ($i = 0; $i < 2; $i++) {
    $others[] = proc_open([PHP_BINARY, __FILE__, $host, $port, 'visits'], [], $pipes);
}
foreach ($others as $other) {
    check(0, proc_close($other));
}
check(3 + 2 * 10 + 1, visit());

// While another has it, nobody gets it, and nothing that it has is changed.
ini_set('memcached.sess_lock_retries', '3');
$lock = new Memcached();
$lock->addServer($host, (int) $port);
check(true, $lock->add('memc.sess.key.lock.kumosession', '1', 30));
check(false, @session_start());
check(true, $lock->delete('memc.sess.key.lock.kumosession'));
session_id('kumosession'); // a start that failed forgets it
check(3 + 2 * 10 + 2, visit());
session_start();
check(true, session_destroy());
echo "PHP's memcached ", phpversion('memcached'), " is served\n";
