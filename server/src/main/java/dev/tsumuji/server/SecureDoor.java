package dev.tsumuji.server;

import dev.tsumuji.kernel.settings.PlatformSettings;
import dev.tsumuji.kernel.settings.Settings;
import dev.tsumuji.wire.FrontDoor;
import dev.tsumuji.wire.tls.CertificateAuthority;
import dev.tsumuji.wire.tls.ServerCertificates;
import dev.tsumuji.wire.tls.ServerNames;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.InstantSource;
import java.util.Collections;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The front door's ports for TLS: one on the loopback for functions, whose calls to AWS's names are led there, and one for
 * everybody when the settings name it.
 *
 * @param inside where sandboxes' connections to port 443 lead
 * @param port the one for everybody
 */
record SecureDoor(InetSocketAddress inside, OptionalInt port) {

    static SecureDoor open(FrontDoor door, Settings settings, CertificateAuthority authority, InstantSource clock)
            throws IOException {
        var chosen = settings.find(PlatformSettings.TLS_PORT);
        var host = settings.get(PlatformSettings.HOST);
        var names = new ServerNames(chosen.isPresent() ? names(host) : Set.of());
        var certificates = new ServerCertificates(authority, names, clock);
        var loopback = InetAddress.getLoopbackAddress();
        int inside = door.listenSecurely(loopback.getHostAddress(), 0, certificates);
        var port = chosen.isPresent()
                ? OptionalInt.of(door.listenSecurely(host, chosen.get(), certificates))
                : OptionalInt.empty();
        return new SecureDoor(new InetSocketAddress(loopback, inside), port);
    }

    /** By what this machine can be called by those who reach the address listened on. */
    private static Set<String> names(String host) throws IOException {
        var names = new HashSet<String>();
        names.add(InetAddress.getLocalHost().getHostName());
        var address = InetAddress.getByName(host);
        if (!address.isAnyLocalAddress()) {
            names.add(host);
            return names;
        }
        for (var network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            addAddresses(network, names);
        }
        return names;
    }

    private static void addAddresses(NetworkInterface network, Set<String> names) throws SocketException {
        if (network.isUp()) {
            for (var address : Collections.list(network.getInetAddresses())) {
                if (!address.isLinkLocalAddress()) {
                    names.add(address.getHostAddress());
                }
            }
        }
    }
}
