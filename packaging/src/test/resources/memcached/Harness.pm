# Loaded before each of memcached's tests (perl -MHarness): what its MemcachedTest.pm does with a server of its own,
# done with a gateway.
package Harness;
use strict;
use warnings;
use IO::Socket::INET;
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Time::HiRes ();

BEGIN { require MemcachedTest; }

no warnings 'redefine';

# Its Unix sockets send what they are told at once; so are these.
my $new_socket = \&IO::Socket::INET::new;
*IO::Socket::INET::new = sub {
    my $sock = $new_socket->(@_);
    setsockopt($sock, IPPROTO_TCP, TCP_NODELAY, 1) if $sock;
    return $sock;
};

# A gateway's clock can't be moved: the time passes.
*MemcachedTest::mem_move_time = sub {
    my ($sock, $seconds) = @_;
    Time::HiRes::sleep($seconds + 0.05);
};

# The same, and an answer that is a refusal ends it, too.
*MemcachedTest::mem_stats = sub {
    my ($sock, $type) = @_;
    print $sock $type ? "stats $type\r\n" : "stats\r\n";
    my %stats;
    while (my $line = <$sock>) {
        last if $line =~ /^(END|RESET|ERROR|CLIENT_ERROR|SERVER_ERROR)/;
        $stats{$2} = $3 if $line =~ /^(STAT|ITEM) (\S+)\s+([^\r\n]+)/;
    }
    return \%stats;
};

1;
