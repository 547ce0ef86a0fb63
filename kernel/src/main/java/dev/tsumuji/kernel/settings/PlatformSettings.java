package dev.tsumuji.kernel.settings;

import static dev.tsumuji.kernel.settings.Setting.of;
import static dev.tsumuji.kernel.settings.Setting.optional;
import static dev.tsumuji.kernel.settings.Setting.secret;
import static dev.tsumuji.kernel.settings.SettingType.DURATION;
import static dev.tsumuji.kernel.settings.SettingType.FLAG;
import static dev.tsumuji.kernel.settings.SettingType.PATH;
import static dev.tsumuji.kernel.settings.SettingType.PORT;
import static dev.tsumuji.kernel.settings.SettingType.SIZE;
import static dev.tsumuji.kernel.settings.SettingType.TEXT;
import static dev.tsumuji.kernel.settings.SettingType.matching;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Every setting of the platform: read by the server, shown by the command line. */
public final class PlatformSettings {
    public static final Setting<Path> DATA = of("data", PATH, "~/.tsumuji", "folder that holds everything");
    public static final Setting<Path> CONFIG =
            optional("config", PATH, "settings file; tsumuji.conf in the data folder when not given");
    public static final Setting<String> HOST = of("host", TEXT, "127.0.0.1", "address to listen on");
    public static final Setting<Integer> PORT_NUMBER =
            of("port", PORT, "4566", "port to listen on; 0 for any free one");
    public static final Setting<Integer> TLS_PORT =
            optional("tls-port", PORT, "port to listen on for TLS as well; no such port when not given");
    public static final Setting<String> EGRESS = of(
            "egress",
            TEXT,
            "none",
            "what functions reach besides the platform: none, all, or HOST:PORT rules; 'FUNCTION=…' after a ; for one of them");
    public static final Setting<Path> NODE_MODULES = optional(
            "node-modules",
            PATH,
            "folder of packages that functions in Node.js find besides their own, as the AWS SDKs");
    public static final Setting<Path> PYTHON_MODULES = optional(
            "python-modules", PATH, "folder of packages that functions in Python find besides their own, as boto3");
    public static final Setting<String> REGION = of(
            "region",
            matching("REGION", Pattern.compile("[a-z0-9-]{1,40}"), "a region looks like eu-central-1"),
            "us-east-1",
            "region that the command line and the credentials file name; requests may name any");
    public static final Setting<String> ROOT_KEY = secret(
            "root-key",
            matching("ID:SECRET", Pattern.compile("[\\w+=/.@-]{1,128}:\\S{1,128}"), "a root key is written ID:SECRET"),
            "the first account's root key, in place of a random one");
    public static final Setting<Boolean> UNSAFE_NO_ISOLATION =
            of("unsafe-no-isolation", FLAG, "false", "run functions without a sandbox where none can be made");
    public static final Setting<Duration> IDLE =
            of("idle", DURATION, "5m", "a function's process is stopped after this long without an event");
    public static final Setting<DataSize> STEMS =
            of("stems", SIZE, "256m", "most memory for processes that wait for a function to start in; 0: none wait");
    public static final Setting<DataSize> CACHES = of(
            "start-caches", SIZE, "2g", "most disk for what is recorded to start functions in Java faster; 0: nothing");
    public static final Setting<Duration> DRAIN =
            of("drain", DURATION, "20s", "how long stopping waits for requests under way");
    public static final Setting<DataSize> HEAP = of("heap", SIZE, "512m", "most memory for the platform's own objects");

    public static final Setting<String> METRICS_TOKEN = secret(
            "metrics-token",
            matching("TOKEN", Pattern.compile("\\S{16,256}"), "a token has 16 to 256 characters, no blanks"),
            "bearer token, or password of any user, that may read /_tsumuji/metrics unsigned; none may when not given");
    public static final Setting<String> PRICES = of(
            "prices",
            matching("NAME", Pattern.compile("aws|aws-2016"), "the price lists are aws and aws-2016"),
            "aws",
            "price list that use is shown by where none is asked for");

    public static final List<Setting<?>> ALL = List.of(
            DATA,
            CONFIG,
            HOST,
            PORT_NUMBER,
            TLS_PORT,
            EGRESS,
            NODE_MODULES,
            PYTHON_MODULES,
            REGION,
            ROOT_KEY,
            UNSAFE_NO_ISOLATION,
            IDLE,
            STEMS,
            CACHES,
            DRAIN,
            HEAP,
            METRICS_TOKEN,
            PRICES);

    /** The settings file's name within the data folder. */
    public static final String FILE = "tsumuji.conf";

    /** Read by the launcher, before there is a JVM to read settings. */
    private static final Set<String> LAUNCHER = Set.of("java-home", "java-opts", "home", "no-build");

    private PlatformSettings() {}

    /**
     * Reads the settings of flags, environment and the settings file.
     *
     * @throws SettingsException with every problem found
     */
    public static Settings read(List<String> arguments, Map<String, String> environment) {
        var place = place(arguments, environment);
        var named = place.find(CONFIG);
        if (named.isPresent() && !Files.exists(named.get())) {
            throw new SettingsException(List.of("there is no settings file " + named.get()));
        }
        var file = named.orElseGet(() -> place.get(DATA).resolve(FILE));
        var settings = Settings.read(ALL, arguments, environment, LAUNCHER, file);
        if (!settings.find(CONFIG).equals(named)) {
            throw new SettingsException(List.of(file + ": a settings file can't name another one"));
        }
        if (named.isEmpty() && !settings.get(DATA).equals(place.get(DATA))) {
            throw new SettingsException(
                    List.of(file + ": lies in the data folder and can't name another one; use --data or TSUMUJI_DATA"));
        }
        return settings;
    }

    /** Where the file is can't stand in the file, so that is asked first, of flags and environment alone. */
    private static Settings place(List<String> arguments, Map<String, String> environment) {
        var flags = new ArrayList<String>();
        var variables = new HashMap<String, String>();
        for (var setting : List.of(DATA, CONFIG)) {
            var flag = "--" + setting.key();
            for (int i = 0; i < arguments.size(); i++) {
                if (arguments.get(i).startsWith(flag + "=")) {
                    flags.add(arguments.get(i));
                } else if (arguments.get(i).equals(flag) && i + 1 < arguments.size()) {
                    flags.add(flag + "=" + arguments.get(i + 1));
                }
            }
            var variable = Settings.variable(setting.key());
            if (environment.containsKey(variable)) {
                variables.put(variable, environment.get(variable));
            }
        }
        return Settings.read(List.of(DATA, CONFIG), flags, variables, Set.of(), null);
    }
}
