package io.kumo.node.runtime;

/** How lines of the log look. */
enum LogFormat {
    /** For people. */
    TEXT,
    /** One JSON object in a line, for programs; {@code kumolog} shows it to people. */
    JSON
}
