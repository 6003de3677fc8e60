package io.kumo.process;

import java.util.List;

/** Where the daemons of a {@link ProcessCluster} run: each name has an address that the test can reach. */
interface Hosts {
    /** All on this host, where nothing comes between them. */
    Hosts LOOPBACK = new Hosts() {
        @Override
        public String address(String name) {
            return "127.0.0.1";
        }

        @Override
        public List<String> prefix(String name) {
            return List.of();
        }
    };

    String address(String name);

    /** What stands before the command of that daemon. */
    List<String> prefix(String name);
}
