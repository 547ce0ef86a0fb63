package dev.tsumuji.wire.catalog;

import dev.tsumuji.wire.constraint.Table;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Makes the catalog from the SDK jars of a class path. Run by the build; tests run it in their own process. */
public final class CatalogBuilder {
    private CatalogBuilder() {}

    /**
     * Writes the catalog below a folder of classes, unless the one that is there was made from the same jars.
     *
     * @param arguments the folder; the jars are those of this process's own class path
     */
    public static void main(String[] arguments) throws IOException {
        var jars = sdkJars(System.getProperty("java.class.path"));
        var source =
                "# " + jars.stream().map(jar -> jar.getFileName().toString()).toList() + "\n";
        var file = Path.of(arguments[0]).resolve(Catalog.RESOURCE);
        if (Files.exists(file) && Files.readString(file).startsWith(source)) {
            return;
        }
        Files.createDirectories(file.getParent());
        Files.writeString(file, source + of(jars).format());
    }

    /** The catalog of all SDK modules on this process's own class path. */
    public static Catalog ofClassPath() throws IOException {
        return of(sdkJars(System.getProperty("java.class.path")));
    }

    private static List<Path> sdkJars(String classPath) {
        return Stream.of(classPath.split(File.pathSeparator))
                .filter(part -> part.endsWith(".jar") && part.contains("awssdk"))
                .map(Path::of)
                .toList();
    }

    private static Catalog of(List<Path> jars) throws IOException {
        var services = new ArrayList<ServiceModel>();
        for (var jar : jars) {
            for (var service : SdkJar.read(jar)) {
                services.add(service.targetPrefix().isEmpty() ? withTargetPrefix(service) : service);
            }
        }
        services.sort(Comparator.comparing(ServiceModel::name).thenComparing(ServiceModel::api));
        return new Catalog(services);
    }

    /** A service that this SDK speaks to in the query protocol may speak JSON or CBOR to others. */
    private static ServiceModel withTargetPrefix(ServiceModel s) {
        var prefix = Table.of(s.module()).targetPrefix();
        return prefix == null
                ? s
                : new ServiceModel(s.name(), s.api(), s.protocol(), s.version(), prefix, s.operations(), s.failures());
    }
}
