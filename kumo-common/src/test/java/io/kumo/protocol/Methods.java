package io.kumo.protocol;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds every METHOD of this module, and makes sample messages: each field has a value that tells it from the others.
 */
final class Methods {
    private static final Path SOURCES = Path.of("src/main/java");

    private Methods() {}

    /** A method, its messages, and the source file that defines it. */
    record Definition(Method<?, ?> method, Class<?> call, Class<?> result, Path source) {
        String name() {
            return method.name();
        }
    }

    /** All methods, by number. */
    static List<Definition> all() {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            List<Definition> found = new ArrayList<>();
            for (Path file : files.filter(Methods::definesMessages).toList()) {
                String name =
                        SOURCES.relativize(file).toString().replace('/', '.').replace(".java", "");
                for (Class<?> type : Class.forName(name).getDeclaredClasses()) {
                    if (Call.class.isAssignableFrom(type)) {
                        found.add(definition(type, file));
                    }
                }
            }
            found.sort(Comparator.comparingInt(each -> each.method().number()));
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("a method cannot be read", e);
        }
    }

    private static boolean definesMessages(Path file) {
        return file.toString().endsWith("Messages.java");
    }

    private static Definition definition(Class<?> call, Path source) throws ReflectiveOperationException {
        for (Type type : call.getGenericInterfaces()) {
            if (type instanceof ParameterizedType generic && generic.getRawType() == Call.class) {
                Class<?> result = (Class<?>) generic.getActualTypeArguments()[0];
                return new Definition((Method<?, ?>) call.getField("METHOD").get(null), call, result, source);
            }
        }
        throw new AssertionError(call + " does not say what it returns");
    }

    static Message sample(Class<?> type) {
        return (Message) value(type, new int[] {1});
    }

    private static Object value(Type type, int[] next) {
        int n = next[0]++;
        if (type == int.class) {
            return 100 * n;
        } else if (type == long.class) {
            return 1_000_000_007L * n;
        } else if (type == boolean.class) {
            return true;
        } else if (type == String.class) {
            return "text " + n;
        } else if (type == Bytes.class) {
            return Bytes.utf8("bytes " + n);
        } else if (type == ServerId.class) {
            return new ServerId(0x0102030405060700L + n);
        } else if (type == HostPort.class) {
            return new HostPort("host" + n, 19000 + n);
        } else if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
            Type element = list.getActualTypeArguments()[0];
            return List.of(value(element, next), value(element, next));
        } else if (type instanceof ParameterizedType optional && optional.getRawType() == Optional.class) {
            return Optional.of(value(optional.getActualTypeArguments()[0], next));
        } else if (type == ClusterTable.class) {
            return ClusterTable.birth("0123456789abcdef", 3, 2, List.of(new HostPort("manager", 19700)));
        } else if (type instanceof Class<?> some && some.isEnum()) {
            return some.getEnumConstants()[1 % some.getEnumConstants().length];
        } else if (type instanceof Class<?> some && some.isRecord()) {
            return record(some, next);
        }
        throw new AssertionError("no sample of " + type);
    }

    private static Object record(Class<?> type, int[] next) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            values[i] = value(components[i].getGenericType(), next);
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no sample of " + type, e);
        }
    }
}
