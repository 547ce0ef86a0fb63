package dev.tsumuji.kernel.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings in force. A flag wins over the environment, that over the file, that over the default. Immutable once read.
 * Every problem of every source is found before any is reported; an unknown key is one, and the nearest key is named.
 */
public final class Settings {
    private static final String ENVIRONMENT_PREFIX = "TSUMUJI_";

    /** Texts of one source by key, and how messages name where one stands. */
    private record Source(String name, Map<String, String> texts) {}

    /** A value in force. */
    private record Held(Object value, String text, String source) {}

    /**
     * A setting in force, for people to read.
     *
     * @param value empty when unset, stars when secret
     * @param source {@code flag}, {@code environment}, {@code default} or the file's path
     */
    public record Effective(String key, String value, String source, String meaning) {}

    private final List<Setting<?>> declared;
    private final Map<String, Held> held;

    private Settings(List<Setting<?>> declared, Map<String, Held> held) {
        this.declared = declared;
        this.held = held;
    }

    /**
     * Reads all sources.
     *
     * @param arguments {@code --key VALUE}, {@code --key=VALUE}, and {@code --key} alone for a flag
     * @param environment variables that begin with {@code TSUMUJI_} count
     * @param ignored keys of such variables that somebody else reads
     * @param file lines {@code key = VALUE}, {@code #} begins a comment line; null and a missing file are empty
     * @throws SettingsException with every problem found
     */
    public static Settings read(
            List<Setting<?>> declared,
            List<String> arguments,
            Map<String, String> environment,
            Set<String> ignored,
            @Nullable Path file) {
        var problems = new ArrayList<String>();
        var byKey = new LinkedHashMap<String, Setting<?>>();
        declared.forEach(setting -> byKey.put(setting.key(), setting));
        var sources = new ArrayList<Source>();
        sources.add(new Source("flag", flags(arguments, byKey, problems)));
        sources.add(new Source("environment", environment(environment, ignored, byKey.keySet(), problems)));
        if (file != null && Files.exists(file)) {
            sources.add(new Source(file.toString(), lines(file, byKey.keySet(), problems)));
        }
        var held = new LinkedHashMap<String, Held>();
        for (var setting : declared) {
            var source = sources.stream()
                    .filter(s -> s.texts.containsKey(setting.key()))
                    .findFirst();
            var text = source.map(s -> s.texts.get(setting.key())).orElse(setting.defaultText());
            if (text != null) {
                var name = source.map(Source::name).orElse("default");
                parse(setting, text, name, problems).ifPresent(value -> held.put(setting.key(), value));
            }
        }
        if (!problems.isEmpty()) {
            throw new SettingsException(problems);
        }
        return new Settings(List.copyOf(declared), held);
    }

    /** @throws NoSuchElementException when it has no default and is unset, or was not declared */
    public <T> T get(Setting<T> setting) {
        return find(setting).orElseThrow(() -> new NoSuchElementException("no setting " + setting.key()));
    }

    @SuppressWarnings("unchecked") // what is held under a key was parsed by the type of that key's only declaration
    public <T> Optional<T> find(Setting<T> setting) {
        return Optional.ofNullable(held.get(setting.key())).map(h -> (T) h.value);
    }

    /** All declared settings in the order of their declaration. */
    public List<Effective> effective() {
        return declared.stream().map(this::effective).toList();
    }

    private Effective effective(Setting<?> setting) {
        var h = held.get(setting.key());
        if (h == null) {
            return new Effective(setting.key(), "", "default", setting.meaning());
        }
        return new Effective(setting.key(), setting.secret() ? "********" : h.text, h.source, setting.meaning());
    }

    private static Optional<Held> parse(Setting<?> setting, String text, String source, List<String> problems) {
        try {
            return Optional.of(new Held(setting.type().parse().apply(text), text, source));
        } catch (IllegalArgumentException e) {
            var shown = setting.secret() ? "" : " = " + text;
            problems.add(setting.key() + shown + " (" + source + "): " + e.getMessage());
            return Optional.empty();
        }
    }

    private static Map<String, String> flags(
            List<String> arguments, Map<String, Setting<?>> declared, List<String> problems) {
        var texts = new LinkedHashMap<String, String>();
        for (int i = 0; i < arguments.size(); i++) {
            var argument = arguments.get(i);
            if (!argument.startsWith("--")) {
                problems.add("unexpected argument " + argument + ": settings are written --key VALUE");
                continue;
            }
            int equals = argument.indexOf('=');
            var key = equals < 0 ? argument.substring(2) : argument.substring(2, equals);
            var setting = declared.get(key);
            @Nullable String text;
            if (equals >= 0) {
                text = argument.substring(equals + 1);
            } else if (setting != null && setting.isFlag()) {
                text = "true";
            } else {
                boolean follows =
                        i + 1 < arguments.size() && !arguments.get(i + 1).startsWith("--");
                text = follows ? arguments.get(++i) : null;
            }
            if (setting == null) {
                problems.add("unknown setting --" + key + suggestion("--", key, declared.keySet()));
            } else if (text == null) {
                problems.add("--" + key + " needs a value: --" + key + " "
                        + setting.type().placeholder());
            } else if (texts.put(key, text) != null) {
                problems.add("--" + key + " is given twice");
            }
        }
        return texts;
    }

    private static Map<String, String> environment(
            Map<String, String> environment, Set<String> ignored, Collection<String> keys, List<String> problems) {
        var texts = new LinkedHashMap<String, String>();
        environment.forEach((name, text) -> {
            if (!name.startsWith(ENVIRONMENT_PREFIX)) {
                return;
            }
            var key = name.substring(ENVIRONMENT_PREFIX.length())
                    .toLowerCase(Locale.ROOT)
                    .replace('_', '-');
            if (keys.contains(key)) {
                texts.put(key, text);
            } else if (!ignored.contains(key)) {
                var near = NearestKey.to(key, keys).map(Settings::variable);
                problems.add("unknown setting " + name + " in the environment" + suggestion(near));
            }
        });
        return texts;
    }

    /** The environment variable that carries a key. */
    public static String variable(String key) {
        return ENVIRONMENT_PREFIX + key.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static Map<String, String> lines(Path file, Collection<String> keys, List<String> problems) {
        var texts = new LinkedHashMap<String, String>();
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            problems.add("can't read " + file + ": " + e);
            return texts;
        }
        for (int i = 0; i < lines.size(); i++) {
            var line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            var place = file + " line " + (i + 1);
            int equals = line.indexOf('=');
            if (equals < 0) {
                problems.add(place + ": a line is written key = value");
                continue;
            }
            var key = line.substring(0, equals).strip();
            if (!keys.contains(key)) {
                problems.add(place + ": unknown setting " + key + suggestion("", key, keys));
            } else if (texts.put(key, line.substring(equals + 1).strip()) != null) {
                problems.add(place + ": " + key + " is given twice");
            }
        }
        return texts;
    }

    private static String suggestion(String prefix, String key, Collection<String> keys) {
        return suggestion(NearestKey.to(key, keys).map(near -> prefix + near));
    }

    private static String suggestion(Optional<String> near) {
        return near.map(n -> "; did you mean " + n + "?").orElse("");
    }
}
