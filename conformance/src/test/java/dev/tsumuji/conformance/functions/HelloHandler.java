package dev.tsumuji.conformance.functions;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;

/** A function as anybody would write it for AWS. */
public final class HelloHandler implements RequestHandler<Map<String, Object>, Map<String, Object>> {
    @Override
    public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
        context.getLogger().log("hello from java " + event.get("name"));
        if (event.containsKey("fail")) {
            throw new IllegalStateException("as you wish");
        }
        return Map.of("greeting", "hello " + event.get("name"), "function", context.getFunctionName());
    }
}
