package dev.tsumuji.wire.tls;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The host names that the platform answers for: AWS's own, {@code localhost} with what is below it, and those it is given.
 * A certificate is made for no other name. Immutable.
 */
public final class ServerNames {
    private static final int LENGTH_MAX = 253;

    /** Up to eight labels: {@code a.bucket.with.dots.s3.dualstack.eu-central-1} before AWS's domain. */
    private static final Pattern OF_AWS = Pattern.compile(
            "(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\\.){1,8}(?:amazonaws\\.com|amazonaws\\.com\\.cn|api\\.aws|on\\.aws)");

    private static final Pattern LOCAL =
            Pattern.compile("(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\\.){0,4}localhost");

    private final Set<String> own;

    /** @param own further names, and the IP addresses that are in the certificate for clients that name no host */
    public ServerNames(Set<String> own) {
        var all = new TreeSet<String>();
        own.forEach(name -> all.add(name.toLowerCase(Locale.ROOT)));
        this.own = all;
    }

    /** @param name lower case */
    boolean has(String name) {
        return name.length() <= LENGTH_MAX
                && (OF_AWS.matcher(name).matches() || LOCAL.matcher(name).matches() || own.contains(name));
    }

    /** What the certificate says when a client names no host, as by an IP address. */
    List<String> unnamed() {
        var all = new TreeSet<>(own);
        all.add("127.0.0.1");
        all.add("0:0:0:0:0:0:0:1");
        all.remove("localhost");
        var list = new java.util.ArrayList<String>();
        list.add("localhost");
        list.addAll(all);
        return list;
    }
}
