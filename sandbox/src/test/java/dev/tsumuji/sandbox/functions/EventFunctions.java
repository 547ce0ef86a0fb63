package dev.tsumuji.sandbox.functions;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import com.amazonaws.services.lambda.runtime.events.CloudWatchLogsEvent;
import com.amazonaws.services.lambda.runtime.events.DynamodbEvent;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import com.amazonaws.services.lambda.runtime.events.S3Event;
import com.amazonaws.services.lambda.runtime.events.SNSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.ScheduledEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Functions that take AWS's own event classes. */
public final class EventFunctions {
    private EventFunctions() {}

    public static final class OfS3 implements RequestHandler<S3Event, String> {
        @Override
        public String handleRequest(S3Event event, Context context) {
            var record = event.getRecords().getFirst();
            var object = record.getS3().getObject();
            return record.getEventName() + " " + record.getEventTime() + " "
                    + record.getS3().getBucket().getName() + " " + object.getUrlDecodedKey() + " "
                    + object.getSizeAsLong() + " " + record.getUserIdentity().getPrincipalId() + " "
                    + record.getResponseElements().getxAmzRequestId();
        }
    }

    public static final class OfSqs implements RequestHandler<SQSEvent, SQSBatchResponse> {
        @Override
        public SQSBatchResponse handleRequest(SQSEvent event, Context context) {
            return new SQSBatchResponse(event.getRecords().stream()
                    .map(m -> new SQSBatchResponse.BatchItemFailure(m.getMessageId() + " " + m.getBody() + " "
                            + m.getEventSourceArn() + " "
                            + m.getMessageAttributes().get("color").getStringValue()))
                    .toList());
        }
    }

    public static final class OfSns implements RequestHandler<SNSEvent, String> {
        @Override
        public String handleRequest(SNSEvent event, Context context) {
            var sns = event.getRecords().getFirst().getSNS();
            return sns.getMessage() + " " + sns.getTimestamp() + " " + sns.getTopicArn();
        }
    }

    public static final class OfTable implements RequestHandler<DynamodbEvent, List<String>> {
        @Override
        public List<String> handleRequest(DynamodbEvent event, Context context) {
            var record = event.getRecords().getFirst();
            var change = record.getDynamodb();
            return List.of(
                    record.getEventName(),
                    record.getEventSourceARN(),
                    change.getKeys().get("id").getS(),
                    change.getNewImage().get("n").getN(),
                    StandardCharsets.UTF_8
                            .decode(change.getNewImage().get("b").getB())
                            .toString(),
                    change.getNewImage().get("l").getL().getFirst().getBOOL().toString(),
                    String.valueOf(change.getApproximateCreationDateTime().getTime()));
        }
    }

    public static final class OfStream implements RequestHandler<KinesisEvent, String> {
        @Override
        public String handleRequest(KinesisEvent event, Context context) {
            var record = event.getRecords().getFirst();
            return record.getEventID() + " "
                    + StandardCharsets.UTF_8.decode(record.getKinesis().getData()) + " "
                    + record.getKinesis().getPartitionKey() + " "
                    + record.getKinesis().getApproximateArrivalTimestamp().getTime();
        }
    }

    public static final class OfApi
            implements RequestHandler<APIGatewayProxyRequestEvent, APIGatewayProxyResponseEvent> {
        @Override
        public APIGatewayProxyResponseEvent handleRequest(APIGatewayProxyRequestEvent event, Context context) {
            return new APIGatewayProxyResponseEvent()
                    .withStatusCode(201)
                    .withHeaders(Map.of(
                            "X-Source", event.getRequestContext().getIdentity().getSourceIp()))
                    .withIsBase64Encoded(event.getIsBase64Encoded())
                    .withBody(event.getHttpMethod() + " " + event.getPath() + " "
                            + event.getQueryStringParameters().get("q") + " " + event.getBody());
        }
    }

    public static final class OfHttp implements RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> {
        @Override
        public APIGatewayV2HTTPResponse handleRequest(APIGatewayV2HTTPEvent event, Context context) {
            return APIGatewayV2HTTPResponse.builder()
                    .withStatusCode(200)
                    .withBody(event.getRequestContext().getHttp().getMethod() + " " + event.getRawPath() + " "
                            + event.getIsBase64Encoded())
                    .build();
        }
    }

    public static final class OfSchedule implements RequestHandler<ScheduledEvent, ScheduledEvent> {
        @Override
        public ScheduledEvent handleRequest(ScheduledEvent event, Context context) {
            System.out.println(event.getDetailType() + " " + event.getTime().getMillis() + " " + event.getAccount());
            return event;
        }
    }

    public static final class OfLogs {
        public String take(CloudWatchLogsEvent event, Context context) {
            return event.getAwsLogs().getData();
        }
    }

    /** A class of the function's own around AWS's. */
    public static final class MyEvent extends SQSEvent {
        private static final long serialVersionUID = 1;
    }

    public static final class OfMine implements RequestHandler<MyEvent, Integer> {
        @Override
        public Integer handleRequest(MyEvent event, Context context) {
            return event.getRecords() == null ? -1 : event.getRecords().size();
        }
    }
}
