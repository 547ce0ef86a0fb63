package dev.tsumuji.sandbox;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What one sandbox can reach by its network, all of it by listeners of the platform's inside:
 *
 * <ul>
 *   <li>the platform, at every name of AWS's on ports 80 and 443, and at ports of the loopback that it was given;
 *   <li>hosts that its {@link Egress} allows, at addresses made up when their name is asked for: a connection to such an
 *       address tells which name was meant;
 *   <li>a name server that knows these and no other names.
 * </ul>
 *
 * Opened before the function is known, but for egress. Thread-safe; guarded by this object's lock.
 */
final class Reach implements AutoCloseable {

    /** Addresses set apart for tests of networks: no host outside has one, and inside all of them are the sandbox's own. */
    private static final byte[] BLOCK = {(byte) 198, 18, 0, 0};

    private static final int BLOCK_PREFIX = 15;
    private static final byte[] NAME_SERVER = {(byte) 198, 18, 0, 1};
    private static final byte[] PLATFORM = {(byte) 198, 18, 0, 2};
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final byte[] ALL = {0, 0, 0, 0};
    private static final int FIRST_MADE_UP = 198 << 24 | 18 << 16 | 1 << 8;

    private static final int NAMES_MAX = 1024;
    private static final int CONNECTIONS_MAX = 128;

    /** Up to eight labels; the platform's certificates are for the same names. */
    private static final Pattern AWS =
            Pattern.compile("(?:[^.]+\\.){1,8}(?:amazonaws\\.com|amazonaws\\.com\\.cn|api\\.aws|on\\.aws)");

    private final Network network;
    private final NameServer nameServer;
    private final Outside outside;
    private final long process;
    private final Semaphore room = new Semaphore(CONNECTIONS_MAX);
    private final List<Relay> relays = new ArrayList<>();
    private final DatagramChannel datagrams;
    private final ServerSocketChannel nameConnections;
    private final Map<String, Integer> madeUp = new LinkedHashMap<>();
    private final Map<Integer, String> names = new LinkedHashMap<>();
    private boolean closed;
    private volatile Egress egress = Egress.NONE;

    /**
     * Where the platform itself listens, on the outside.
     *
     * @param secure for TLS
     */
    record Platform(InetSocketAddress plain, InetSocketAddress secure) {}

    private record Sockets(
            DatagramChannel datagrams,
            ServerSocketChannel nameConnections,
            Map<ServerSocketChannel, InetSocketAddress> to) {}

    /**
     * Opens everything but egress.
     *
     * @param process one that is in the sandbox's network
     * @param endpoints ports of the loopback, and where they lead
     */
    Reach(
            Network network,
            NameServer nameServer,
            Outside outside,
            long process,
            @Nullable Platform platform,
            Map<Integer, InetSocketAddress> endpoints)
            throws IOException {
        this.network = network;
        this.nameServer = nameServer;
        this.outside = outside;
        this.process = process;
        var sockets = network.inside(process, () -> open(platform, endpoints));
        this.datagrams = sockets.datagrams;
        this.nameConnections = sockets.nameConnections;
        sockets.to.forEach((listener, address) -> relay(listener, _ -> Relay.connect(address)));
        nameServer.serve(datagrams, nameConnections, this::addressOf);
    }

    private static Sockets open(@Nullable Platform platform, Map<Integer, InetSocketAddress> endpoints)
            throws IOException {
        var opened = new ArrayList<AutoCloseable>();
        try {
            Network.ownHere(BLOCK, BLOCK_PREFIX);
            var datagrams = Network.datagramsHere(NAME_SERVER, 53);
            opened.add(datagrams);
            var connections = Network.listenHere(NAME_SERVER, 53);
            opened.add(connections);
            var to = new LinkedHashMap<ServerSocketChannel, InetSocketAddress>();
            if (platform != null) {
                listen(to, opened, PLATFORM, 80, platform.plain);
                listen(to, opened, PLATFORM, 443, platform.secure);
            }
            for (var endpoint : endpoints.entrySet()) {
                listen(to, opened, LOOPBACK, endpoint.getKey(), endpoint.getValue());
            }
            return new Sockets(datagrams, connections, to);
        } catch (IOException e) {
            opened.forEach(NameServer::closeQuietly);
            throw e;
        }
    }

    private static void listen(
            Map<ServerSocketChannel, InetSocketAddress> all,
            List<AutoCloseable> opened,
            byte[] address,
            int port,
            InetSocketAddress target)
            throws IOException {
        var listener = Network.listenHere(address, port);
        opened.add(listener);
        all.put(listener, target);
    }

    private synchronized void relay(ServerSocketChannel listener, Relay.Target target) {
        if (closed) {
            NameServer.closeQuietly(listener);
        } else {
            relays.add(new Relay(listener, room, target));
        }
    }

    /** Lets the function reach what is allowed; once, before its code runs. */
    void allow(Egress allowed) throws IOException {
        if (allowed.isNone()) {
            return;
        }
        var listeners = network.inside(process, () -> {
            var all = new ArrayList<ServerSocketChannel>();
            try {
                for (var block : allowed.blocks()) {
                    Network.ownHere(block.first(), block.prefix());
                }
                for (int port : allowed.ports()) {
                    all.add(Network.listenHere(ALL, port));
                }
                return all;
            } catch (IOException e) {
                all.forEach(NameServer::closeQuietly);
                throw e;
            }
        });
        room.release(listeners.size()); // each listener keeps a place free for the next connection
        egress = allowed;
        listeners.forEach(listener -> relay(listener, this::leave));
    }

    private java.nio.channels.SocketChannel leave(InetSocketAddress asked) throws IOException {
        var name = nameOf(asked.getAddress());
        return name != null ? outside.connect(name, asked.getPort(), egress) : outside.connect(asked, egress);
    }

    private synchronized @Nullable String nameOf(InetAddress address) {
        return names.get(Egress.Block.number(address.getAddress()));
    }

    byte @Nullable [] addressOf(String name) {
        if (AWS.matcher(name).matches()) {
            return PLATFORM;
        }
        if (name.equals("localhost") || name.endsWith(".localhost")) {
            return LOOPBACK;
        }
        return egress.has(name) ? made(name) : null;
    }

    private synchronized byte @Nullable [] made(String name) {
        var known = madeUp.get(name);
        if (known == null) {
            if (madeUp.size() >= NAMES_MAX) {
                return null;
            }
            known = FIRST_MADE_UP + madeUp.size();
            madeUp.put(name, known);
            names.put(known, name);
        }
        int n = known;
        return new byte[] {(byte) (n >> 24), (byte) (n >> 16), (byte) (n >> 8), (byte) n};
    }

    @Override
    public synchronized void close() {
        closed = true;
        nameServer.forget(datagrams);
        nameServer.forget(nameConnections);
        relays.forEach(Relay::close);
    }
}
