// What gomemcache asks of a memcached: go run gomemcache_check.go HOST PORT. Ends with 0, or with what is wrong.
package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
)

func check(what string, expected, actual interface{}) {
	if expected != actual {
		fmt.Fprintf(os.Stderr, "%s: expected %v, got %v\n", what, expected, actual)
		os.Exit(1)
	}
}

func main() {
	client := memcache.New(net.JoinHostPort(os.Args[1], os.Args[2]))
	client.Timeout = 20 * time.Second
	for _, key := range []string{"a", "n", "add", "big", "shared"} {
		client.Delete("go-" + key)
	}
	_, err := client.Get("go-a")
	check("a miss", memcache.ErrCacheMiss, err)
	check("set", nil, client.Set(&memcache.Item{Key: "go-a", Value: []byte("1"), Flags: 1 << 31}))
	item, err := client.Get("go-a")
	check("get", nil, err)
	check("value", "1", string(item.Value))
	check("flags", uint32(1<<31), item.Flags)
	item.Value = []byte("2")
	check("cas", nil, client.CompareAndSwap(item))
	check("an old cas", memcache.ErrCASConflict, client.CompareAndSwap(item))
	check("add", nil, client.Add(&memcache.Item{Key: "go-add", Value: []byte("first")}))
	check("add again", memcache.ErrNotStored, client.Add(&memcache.Item{Key: "go-add", Value: []byte("second")}))
	_, err = client.Increment("go-n", 1)
	check("no number to count", memcache.ErrCacheMiss, err)
	check("set a number", nil, client.Set(&memcache.Item{Key: "go-n", Value: []byte("10")}))
	number, err := client.Increment("go-n", 5)
	check("incr", uint64(15), number)
	number, err = client.Decrement("go-n", 99)
	check("decr", uint64(0), number)

	var keys []string
	for i := 0; i < 500; i++ {
		keys = append(keys, fmt.Sprintf("go-many-%d", i))
		check("set", nil, client.Set(&memcache.Item{Key: keys[i], Value: []byte(keys[i])}))
	}
	many, err := client.GetMulti(append(keys, "go-missing"))
	check("get many", nil, err)
	check("many", 500, len(many))
	check("one of many", "go-many-499", string(many["go-many-499"].Value))
	big := bytes.Repeat([]byte("x"), 900000)
	check("set a big one", nil, client.Set(&memcache.Item{Key: "go-big", Value: big}))
	item, err = client.Get("go-big")
	check("a big one", true, err == nil && bytes.Equal(big, item.Value))
	check("touch", nil, client.Touch("go-a", 100))
	check("touch of a miss", memcache.ErrCacheMiss, client.Touch("go-missing", 100))
	check("delete", nil, client.Delete("go-a"))
	check("delete again", memcache.ErrCacheMiss, client.Delete("go-a"))

	// Four at once add to one record, each over what it has read: nothing is lost.
	check("set", nil, client.Set(&memcache.Item{Key: "go-shared", Value: nil}))
	var all sync.WaitGroup
	for i := 0; i < 4; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for done := 0; done < 25; {
				item, err := client.Get("go-shared")
				check("get", nil, err)
				item.Value = append(item.Value, 'x')
				err = client.CompareAndSwap(item)
				if err == nil {
					done++
				} else {
					check("cas of many", memcache.ErrCASConflict, err)
				}
			}
		}()
	}
	all.Wait()
	item, err = client.Get("go-shared")
	check("get", nil, err)
	check("all of them", 100, len(item.Value))
	fmt.Println("gomemcache is served")
}
