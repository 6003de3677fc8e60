package io.kumo.node.runtime;

/** Which build of kumo this is, as the jar's manifest says. */
public final class Build {
    private Build() {}

    /** For example {@code 1.0.0}; {@code development} where the classes do not come from a jar. */
    public static String version() {
        String version = Build.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
