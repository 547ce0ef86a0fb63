package dev.tsumuji.wire.catalog;

import dev.tsumuji.wire.catalog.ServiceModel.Failure;
import dev.tsumuji.wire.catalog.ServiceModel.Operation;
import dev.tsumuji.wire.catalog.ServiceModel.Protocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The services that the wire layer can name, whether the platform has them or not. Kept as tab-separated text, one line
 * for each service, followed by the lines of its operations and errors; a hash sign begins a comment. Immutable.
 */
public record Catalog(List<ServiceModel> services) {
    static final String RESOURCE = "dev/tsumuji/wire/catalog.tsv";

    public Catalog {
        services = List.copyOf(services);
    }

    /**
     * Reads the catalog that the build put on the class path.
     *
     * @throws IllegalStateException when there is none: the program was put together without it
     */
    public static Catalog load() {
        try (var in = Catalog.class.getClassLoader().getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is not on the class path; CatalogBuilder makes it");
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Catalog parse(String text) {
        var services = new ArrayList<ServiceModel>();
        text.lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("\t", -1))
                .forEach(f -> {
                    switch (f[0]) {
                        case "service" ->
                            services.add(new ServiceModel(
                                    f[1],
                                    f[2],
                                    Protocol.valueOf(f[3]),
                                    f[4],
                                    f[5],
                                    new ArrayList<Operation>(),
                                    new ArrayList<Failure>()));
                        case "operation" ->
                            services.getLast()
                                    .operations()
                                    .add(new Operation(f[1], f[2], f[3], f[4].contains("i"), f[4].contains("o")));
                        case "failure" ->
                            services.getLast().failures().add(new Failure(f[1], f[2], Integer.parseInt(f[3])));
                        default ->
                            throw new IllegalStateException("the catalog has a line of an unknown kind: " + f[0]);
                    }
                });
        return new Catalog(services);
    }

    String format() {
        var out = new StringBuilder();
        for (var s : services) {
            line(out, "service", s.name(), s.api(), s.protocol().name(), s.version(), s.targetPrefix());
            for (var o : s.operations()) {
                var streams = (o.streamingInput() ? "i" : "") + (o.streamingOutput() ? "o" : "");
                line(out, "operation", o.name(), o.verb(), o.uri(), streams);
            }
            for (var f : s.failures()) {
                line(out, "failure", f.type(), f.code(), Integer.toString(f.status()));
            }
        }
        return out.toString();
    }

    private static void line(StringBuilder out, String... fields) {
        out.append(String.join("\t", fields)).append('\n');
    }
}
