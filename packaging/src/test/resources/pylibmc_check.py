"""What pylibmc asks of a memcached: python3 pylibmc_check.py HOST PORT. Ends with 0, or with the assertion."""

import sys
import time

import pylibmc


def check(expected, actual):
    assert expected == actual, f"expected {expected!r}, got {actual!r}"


for binary in (False, True):
    client = pylibmc.Client([f"{sys.argv[1]}:{sys.argv[2]}"], binary=binary, behaviors={"cas": True, "tcp_nodelay": True})
    for key in ("a", "n", "big", "add", "gone"):
        client.delete(key)
    check(True, client.set("a", {"x": [1, None]}))
    check({"x": [1, None]}, client.get("a"))
    check(None, client.get("missing"))
    check(True, client.add("add", "first"))
    check(False, client.add("add", "second"))
    check(True, client.replace("add", "third"))
    value, cas = client.gets("add")
    check("third", value)
    check(True, client.cas("add", "fourth", cas))
    check(False, client.cas("add", "fifth", cas))
    client.append("add", "!")
    client.prepend("add", "?")
    check("?fourth!", client.get("add"))
    check(True, client.set("n", 10))
    check(15, client.incr("n", 5))
    check(0, client.decr("n", 99))
    check(True, client.touch("add", 100))
    check([], client.set_multi({f"many-{i}": i for i in range(1000)}))
    check({f"many-{i}": i for i in range(1000)}, client.get_multi([f"many-{i}" for i in range(1000)] + ["missing"]))
    big = "x" * 900_000
    check(True, client.set("big", big))
    check(big, client.get("big"))
    check(True, client.set("gone", "x", time=1))
    time.sleep(2.1)
    check(None, client.get("gone"))
    check(True, client.delete("a"))
    check(False, client.delete("a"))
    assert client.get_stats()
print(f"pylibmc {pylibmc.__version__} is served")
