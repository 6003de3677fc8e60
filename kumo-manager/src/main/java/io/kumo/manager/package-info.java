/** The manager: membership, the partition table and its changes. */
package io.kumo.manager;
