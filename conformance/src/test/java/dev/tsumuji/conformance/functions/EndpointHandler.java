package dev.tsumuji.conformance.functions;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;

/** Calls AWS at its own endpoints, whatever the environment says, by the SDK and by the JDK's HTTP client. */
public final class EndpointHandler implements RequestHandler<Map<String, Object>, String> {
    @Override
    public String handleRequest(Map<String, Object> event, Context context) {
        var region = Region.EU_CENTRAL_1;
        try (var sts = StsClient.builder()
                        .region(region)
                        .httpClient(UrlConnectionHttpClient.create())
                        .endpointOverride(URI.create("https://sts." + region.id() + ".amazonaws.com"))
                        .build();
                var http = HttpClient.newHttpClient()) {
            var bucket = URI.create("https://a.bucket.s3.eu-central-1.amazonaws.com/_localstack/health");
            var health = http.send(HttpRequest.newBuilder(bucket).build(), BodyHandlers.ofString());
            return sts.getCallerIdentity().arn() + " " + health.statusCode() + " from " + bucket.getHost() + ": "
                    + (health.body().contains("tsumuji") ? "no bucket" : "?");
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }
}
