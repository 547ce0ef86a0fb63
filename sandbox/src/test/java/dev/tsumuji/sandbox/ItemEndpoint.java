package dev.tsumuji.sandbox;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;

/** Answers whatever SDKs ask of DynamoDB with the item {@code seven}. */
final class ItemEndpoint {

    private ItemEndpoint() {}

    /** @param told of each request's headers and body */
    static HttpServer start(BiConsumer<Headers, String> told) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            var request = exchange.getRequestBody().readAllBytes();
            told.accept(exchange.getRequestHeaders(), new String(request, StandardCharsets.UTF_8));
            var body = "{\"Item\":{\"id\":{\"S\":\"seven\"}}}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.0");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }
}
