package dev.tsumuji.lambda;

import dev.tsumuji.kernel.cloud.Access;
import dev.tsumuji.kernel.cloud.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.*;

/** Log streams in memory, as strict as the real service about groups, streams and the order of times. */
final class TestLogs implements CloudWatchLogsClient {
    final Map<String, List<String>> groups = new ConcurrentHashMap<>();
    final Map<String, List<InputLogEvent>> streams = new ConcurrentHashMap<>();

    Service service() {
        return new Service(
                "logs",
                CloudWatchLogsClient.class,
                this,
                (operation, request, call) -> List.of(Access.of("logs:" + operation, "*", call.account())),
                "AccessDeniedException");
    }

    @Override
    public CreateLogGroupResponse createLogGroup(CreateLogGroupRequest request) {
        if (groups.putIfAbsent(request.logGroupName(), new CopyOnWriteArrayList<>()) != null) {
            throw ResourceAlreadyExistsException.builder().build();
        }
        return CreateLogGroupResponse.builder().build();
    }

    @Override
    public CreateLogStreamResponse createLogStream(CreateLogStreamRequest request) {
        var group = groups.get(request.logGroupName());
        if (group == null) {
            throw ResourceNotFoundException.builder().build();
        }
        group.add(request.logStreamName());
        streams.put(request.logStreamName(), new CopyOnWriteArrayList<>());
        return CreateLogStreamResponse.builder().build();
    }

    @Override
    public PutLogEventsResponse putLogEvents(PutLogEventsRequest request) {
        var stream = streams.get(request.logStreamName());
        if (stream == null || !groups.containsKey(request.logGroupName())) {
            throw ResourceNotFoundException.builder().build();
        }
        var times = request.logEvents().stream().map(InputLogEvent::timestamp).toList();
        if (!times.equals(times.stream().sorted().toList())) {
            throw InvalidParameterException.builder().build();
        }
        stream.addAll(request.logEvents());
        return PutLogEventsResponse.builder().build();
    }

    /** All messages of a group, stream after stream. */
    List<String> messages(String group) {
        var all = new ArrayList<String>();
        for (var stream : groups.getOrDefault(group, List.of())) {
            streams.get(stream).forEach(event -> all.add(event.message()));
        }
        return all;
    }

    @Override
    public String serviceName() {
        return "logs";
    }

    @Override
    public void close() {}
}
