package dev.tsumuji.sandbox.functions;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** As functions with the AWS SDK are written: two calls for each event. */
public final class Items implements RequestHandler<Map<String, String>, String> {
    private final DynamoDbClient client = DynamoDbClient.create();

    @Override
    public String handleRequest(Map<String, String> event, Context context) {
        client.putItem(r -> r.tableName("t").item(Map.of("id", AttributeValue.fromS(event.get("id")))));
        var got = client.getItem(r -> r.tableName("t").key(Map.of("id", AttributeValue.fromS(event.get("id")))));
        return got.item().get("id").s() + " for " + System.getenv("AWS_ACCESS_KEY_ID");
    }
}
