/** The store on disk: the commit log and its threads, the records in Xodus, the directory that holds both. */
@NullMarked
package io.kumo.server.store.runtime;

import org.jspecify.annotations.NullMarked;
