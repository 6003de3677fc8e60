# What Dalli asks of a memcached: ruby dalli_check.rb HOST PORT binary|meta|latest. Ends with 0, or with what is wrong.
require "dalli"

def check(expected, actual)
  raise "expected #{expected.inspect}, got #{actual.inspect}" unless expected == actual
end

options = { socket_timeout: 10, down_retry_delay: 0, value_max_bytes: 1 << 20 }
options[:protocol] = ARGV[2].to_sym unless ARGV[2] == "latest" # that has one only
client = Dalli::Client.new("#{ARGV[0]}:#{ARGV[1]}", options)
%w[a b c n add big gone].each { |key| client.delete("dalli-#{key}") }

check true, client.set("dalli-a", { "x" => [1, 2, nil] }) != false
check({ "x" => [1, 2, nil] }, client.get("dalli-a"))
check nil, client.get("dalli-missing")
check true, client.add("dalli-add", "first") != false
check false, client.add("dalli-add", "second")
check true, client.replace("dalli-add", "third") != false
check "third", client.fetch("dalli-add") { raise "a hit is a miss" }
check true, client.cas("dalli-add") { |value| value + "!" } != false
check "third!", client.get("dalli-add")
client.set("dalli-b", "raw", 0, raw: true)
client.append("dalli-b", ">")
client.prepend("dalli-b", "<")
check "<raw>", client.get("dalli-b", raw: true)
check 7, client.incr("dalli-n", 1, 0, 7)
check 10, client.incr("dalli-n", 3)
check 0, client.decr("dalli-n", 99)
check nil, client.incr("dalli-missing", 1)
check true, client.touch("dalli-a", 100)
check({ "x" => [1, 2, nil] }, client.gat("dalli-a", 100))
client.multi { 500.times { |i| client.set("dalli-#{i}", i) } }
check (0...500).to_h { |i| ["dalli-#{i}", i] }, client.get_multi((0...500).map { |i| "dalli-#{i}" } + ["dalli-no"])
# Dalli 3.2.8 loses its place in larger values of meta answers, with memcached too.
big = Random.new(1).bytes(ARGV[2] == "meta" ? 50_000 : 700_000)
client.set("dalli-big", big)
check big, client.get("dalli-big")
client.set("dalli-gone", "x", 1)
sleep 2.1
check nil, client.get("dalli-gone")
raise "not deleted" unless client.delete("dalli-a")
raise "deleted twice" if client.delete("dalli-a")
raise client.version.inspect unless client.version.values.first.start_with?("1.6.")
raise client.stats.inspect unless client.stats.values.first.key?("pid")
client.close
puts "Dalli #{Dalli::VERSION} (#{ARGV[2]}) is served"
