package dev.tsumuji.sandbox;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Connects for functions to hosts outside. The platform looks names up itself, when the connection is made, and refuses what
 * isn't a public address unless a rule names that address: otherwise a name whose owner points it at this machine, at its
 * network or at a cloud's metadata service would lead there. Thread-safe.
 */
final class Outside implements AutoCloseable {

    private static final int LOOKUPS_MAX = 4;
    private static final int LOOKUPS_WAITING_MAX = 64;
    private static final int ADDRESSES_TRIED_MAX = 3;
    private static final long LOOKUP_SECONDS = 5;

    /** Looking up blocks in the C library, which would hold a virtual thread's carrier. */
    private final ExecutorService lookups;

    Outside() {
        var threads = new ThreadPoolExecutor(
                LOOKUPS_MAX,
                LOOKUPS_MAX,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(LOOKUPS_WAITING_MAX),
                Thread.ofPlatform().daemon().name("sandbox-lookup-", 0).factory());
        threads.allowCoreThreadTimeOut(true);
        lookups = threads;
    }

    SocketChannel connect(String host, int port, Egress egress) throws IOException {
        if (!egress.allows(host, port)) {
            throw new IOException(host + ":" + port + " isn't allowed");
        }
        IOException last = new IOException(host + " has no public address");
        var addresses = lookUp(host);
        for (var address : Arrays.asList(addresses).subList(0, Math.min(addresses.length, ADDRESSES_TRIED_MAX))) {
            if (isPublic(address) || egress.allows(address, port)) {
                try {
                    return Relay.connect(new InetSocketAddress(address, port));
                } catch (IOException e) {
                    last = e;
                }
            }
        }
        throw last;
    }

    SocketChannel connect(InetSocketAddress address, Egress egress) throws IOException {
        if (!egress.allows(address.getAddress(), address.getPort())) {
            throw new IOException(address + " isn't allowed");
        }
        return Relay.connect(address);
    }

    private InetAddress[] lookUp(String host) throws IOException {
        try {
            return lookups.submit(() -> InetAddress.getAllByName(host)).get(LOOKUP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException | TimeoutException | java.util.concurrent.RejectedExecutionException e) {
            throw new IOException("no address of " + host, e);
        }
    }

    /** Whether an address can only be that of a host of the internet that isn't this machine. */
    static boolean isPublic(InetAddress address) throws IOException {
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return false;
        }
        var bytes = address.getAddress();
        int first = bytes[0] & 0xff;
        int second = bytes[1] & 0xff;
        if (address instanceof Inet4Address) {
            boolean special = first == 0
                    || first >= 240
                    || first == 100 && (second & 0xc0) == 64 // carriers' own networks
                    || first == 192 && second == 0 // protocol assignments, documentation
                    || first == 198 && (second & 0xfe) == 18; // benchmarks, and the inside of sandboxes
            return !special && NetworkInterface.getByInetAddress(address) == null;
        }
        // 2000::/3 is all that is given out; 6to4 and Teredo carry IPv4 addresses inside, which could be any.
        boolean carries = first == 0x20 && (second == 0x02 || second == 0x01 && bytes[2] == 0 && bytes[3] == 0);
        return (first & 0xe0) == 0x20 && !carries && NetworkInterface.getByInetAddress(address) == null;
    }

    @Override
    public void close() {
        lookups.shutdownNow();
    }
}
