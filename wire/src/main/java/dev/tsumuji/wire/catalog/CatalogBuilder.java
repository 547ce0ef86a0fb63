package dev.tsumuji.wire.catalog;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Makes the catalog from the SDK jars of a class path. Run by the build; tests run it in their own process. */
public final class CatalogBuilder {
    private CatalogBuilder() {}

    /**
     * Writes the catalog below a folder of classes.
     *
     * @param arguments the folder, then a class path
     */
    public static void main(String[] arguments) throws IOException {
        var file = Path.of(arguments[0]).resolve(Catalog.RESOURCE);
        Files.createDirectories(file.getParent());
        Files.writeString(file, of(arguments[1]).format());
    }

    /** The catalog of all SDK modules on this process's own class path. */
    public static Catalog ofClassPath() throws IOException {
        return of(System.getProperty("java.class.path"));
    }

    static Catalog of(String classPath) throws IOException {
        var services = new ArrayList<ServiceModel>();
        for (var part : List.of(classPath.split(File.pathSeparator))) {
            if (part.endsWith(".jar") && part.contains("awssdk")) {
                services.addAll(SdkJar.read(Path.of(part)));
            }
        }
        services.sort(Comparator.comparing(ServiceModel::name).thenComparing(ServiceModel::api));
        return new Catalog(services);
    }
}
