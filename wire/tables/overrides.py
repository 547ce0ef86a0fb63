"""Where AWS's answers differ from its published models, and what the models leave out, by SDK module.

Settings of a module:
  model            botocore's name, when it is another
  validatesItself  the service words its own refusals; no constraints are generated
  replace          text replaced in every pattern
  shapes           changes to shapes and shapes of our own; None removes a key. "printed": enum is printed in the given
                   order, else in that of a Java hash set; "unprinted": what is taken beside it; "plain": elements' refusals are not wrapped in a list's
  skip             members whose own constraint the service words itself; that they are required stays
  statuses         success statuses that the model has differently
  table            merged into the table as it is
"""

LAMBDA_PARTITIONS = ("[a-z]{2}((-gov)|(-iso([a-z]?)))?", "(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?")

# As AWS prints them in refusals, which is not how its model lists them.
RUNTIMES = (
    "ruby3.5, ruby2.6, dotnetcore1.0, python3.7, nodejs8.10, nasa, ruby2.7, python2.7-greengrass, dotnetcore2.0, "
    "python3.8, java21, dotnet6, dotnetcore2.1, python3.9, java11, nodejs6.10, provided, dotnetcore3.1, dotnet8, java25, "
    "java17, nodejs, nodejs4.3, java8.al2, go1.x, dotnet10, nodejs20.x, go1.9, byol, nodejs10.x, provided.al2023, "
    "nodejs22.x, python3.10, java8, nodejs12.x, python3.11, nodejs24.x, nodejs8.x, python3.12, nodejs14.x, nodejs8.9, "
    "nodejs26.x, python3.13, python3.14, nodejs16.x, python3.15, provided.al2, nodejs4.3-edge, nodejs18.x, ruby3.2, "
    "python3.4, ruby3.3, ruby3.4, ruby2.5, python3.6, python2.7"
).split(", ")
LAYER_RUNTIMES = (
    "nodejs20.x, python3.14, provided.al2023, python3.12, python3.13, nodejs24.x, nodejs22.x, java25, python3.10, "
    "python3.11, java21, ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9, java17, nodejs16.x, dotnet10, dotnet8, java11, "
    "dotnet6, nodejs18.x, provided.al2, java8.al2"
).split(", ")

SQS_ERRORS = {
    "QueueDoesNotExist": "AWS.SimpleQueueService.NonExistentQueue",
    "QueueNameExists": "QueueAlreadyExists",
    "QueueDeletedRecently": "AWS.SimpleQueueService.QueueDeletedRecently",
    "BatchEntryIdsNotDistinct": "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
    "BatchRequestTooLong": "AWS.SimpleQueueService.BatchRequestTooLong",
    "EmptyBatchRequest": "AWS.SimpleQueueService.EmptyBatchRequest",
    "InvalidBatchEntryId": "AWS.SimpleQueueService.InvalidBatchEntryId",
    "TooManyEntriesInBatchRequest": "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
    "MessageNotInflight": "AWS.SimpleQueueService.MessageNotInflight",
    "PurgeQueueInProgress": "AWS.SimpleQueueService.PurgeQueueInProgress",
    "UnsupportedOperation": "AWS.SimpleQueueService.UnsupportedOperation",
    "InvalidParameterValueException": "InvalidParameterValue",
    "MissingRequiredParameterException": "MissingParameter",
}

# Lists and maps as the older query protocol calls them: its name, and for maps the names of key and value.
SQS_NAMES = {
    "AWSAccountIds": "AWSAccountId",
    "Actions": "ActionName",
    "AttributeNames": "AttributeName",
    "Attributes": "Attribute Name Value",
    "MessageAttributeNames": "MessageAttributeName",
    "MessageAttributes": "MessageAttribute Name Value",
    "MessageSystemAttributeNames": "MessageSystemAttributeName",
    "MessageSystemAttributes": "MessageSystemAttribute Name Value",
    "Messages": "Message",
    "QueueUrls": "QueueUrl",
    "queueUrls": "QueueUrl",
    "TagKeys": "TagKey",
    "Tags": "Tag Key Value",
    "tags": "Tag Key Value",
    "Failed": "BatchResultErrorEntry",
    "SendMessageBatch.Entries": "SendMessageBatchRequestEntry",
    "SendMessageBatch.Successful": "SendMessageBatchResultEntry",
    "DeleteMessageBatch.Entries": "DeleteMessageBatchRequestEntry",
    "DeleteMessageBatch.Successful": "DeleteMessageBatchResultEntry",
    "ChangeMessageVisibilityBatch.Entries": "ChangeMessageVisibilityBatchRequestEntry",
    "ChangeMessageVisibilityBatch.Successful": "ChangeMessageVisibilityBatchResultEntry",
}

S3_ROOTS = {
    "ListBuckets": "ListAllMyBucketsResult",
    "ListDirectoryBuckets": "ListAllMyDirectoryBucketsResult",
    "ListObjects": "ListBucketResult",
    "ListObjectsV2": "ListBucketResult",
    "ListObjectVersions": "ListVersionsResult",
    "CreateMultipartUpload": "InitiateMultipartUploadResult",
    "DeleteObjects": "DeleteResult",
    "GetBucketAccelerateConfiguration": "AccelerateConfiguration",
    "GetBucketAcl": "AccessControlPolicy",
    "GetObjectAcl": "AccessControlPolicy",
    "GetBucketCors": "CORSConfiguration",
    "GetBucketLifecycleConfiguration": "LifecycleConfiguration",
    "GetBucketLocation": "LocationConstraint",
    "GetBucketLogging": "BucketLoggingStatus",
    "GetBucketNotificationConfiguration": "NotificationConfiguration",
    "GetBucketRequestPayment": "RequestPaymentConfiguration",
    "GetBucketTagging": "Tagging",
    "GetObjectTagging": "Tagging",
    "GetBucketVersioning": "VersioningConfiguration",
    "GetBucketWebsite": "WebsiteConfiguration",
    "GetObjectAttributes": "GetObjectAttributesResponse",
}

ZIP_BODY = 70167211

OVERRIDES = {
    "lambda": {
        "replace": [LAMBDA_PARTITIONS],
        "shapes": {
            "Runtime": {"enum": RUNTIMES, "printed": True},
            "LayerRuntime": {
                "type": "string",
                "enum": LAYER_RUNTIMES,
                "printed": True,
                "unprinted": [runtime for runtime in RUNTIMES if runtime not in LAYER_RUNTIMES],
            },
            "CompatibleRuntimes": {"element": "LayerRuntime", "plain": True},
            "InvokeMode": {"enum": ["RESPONSE_STREAM", "BUFFERED"], "printed": True},
            "LayerVersionArn": {
                "max": 2048,
                "pattern": r"(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:layer:"
                r"[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)",
            },
            "TaggableResource": {
                "pattern": r"arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:(function:"
                r"[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}|"
                r"event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|"
                r"capacity-provider:[a-zA-Z0-9-_]+)",
            },
        },
        "skip": ["CreateFunctionRequest.Runtime", "UpdateFunctionConfigurationRequest.Runtime"],
        "table": {
            "maxBodies": {
                "CreateFunction": ZIP_BODY,
                "UpdateFunctionCode": ZIP_BODY,
                "PublishLayerVersion": ZIP_BODY,
                "Invoke": 6291456,
                "InvokeAsync": 6291456,
            },
            "namesInside": {"Invoke": "InvokeFunction"},
            "validationCode": "ValidationException",
        },
        "statuses": {"DeleteFunction": 204},
    },
    "iam": {
        "table": {"validationCode": "ValidationError", "hidesValues": True, "emptyResults": ["UpdateRole"]},
    },
    "sts": {"table": {"validationCode": "ValidationError"}},
    "cloudwatchlogs": {
        "model": "logs",
        "skip": [
            "CreateLogGroupRequest.logGroupName",
            "CreateLogStreamRequest.logStreamName",
            "DeleteMetricFilterRequest.logGroupName",
        ],
        "table": {"validationCode": "InvalidParameterException"},
    },
    "sqs": {
        "validatesItself": True,
        "table": {
            "namespace": "http://queue.amazonaws.com/doc/2012-11-05/",
            "errorNamespace": "com.amazonaws.sqs#",
            "queryCompatible": True,
            "queryErrors": SQS_ERRORS,
            "queryNames": SQS_NAMES,
        },
    },
    "dynamodb": {
        "shapes": {
            "ScalarAttributeType": {"enum": ["B", "N", "S"], "printed": True},
            "StreamViewType": {"enum": ["OLD_IMAGE", "KEYS_ONLY", "NEW_AND_OLD_IMAGES", "NEW_IMAGE"], "printed": True},
            # worded by the service
            "BatchGetRequestMap": {"min": None},
            "BatchWriteItemRequestMap": {"min": None},
            "CreateTableInput": {"required": None},
            "TableArn": {"min": None},
            "TableClass": {"enum": None},
            "Tag": {"required": None},
            "TagKeyString": {"min": None, "max": None},
            "TagValueString": {"max": None},
        },
        "table": {
            "errorNamespace": "com.amazonaws.dynamodb.v20120810#",
            "validationCode": "ValidationException",
            "capitalMessagesBeside": ["ConditionalCheckFailedException"],
        },
    },
    "dynamodb.streams": {
        "model": "dynamodbstreams",
        "shapes": {
            "RecordsLimit": {"type": "number", "min": 1, "max": 1000},
            "PositiveIntegerObject": {"max": 100},
            "GetRecordsInput": {"members": {"Limit": "RecordsLimit", "ShardIterator": "ShardIterator"}},
        },
        "table": {"errorNamespace": "com.amazonaws.dynamodb.v20120810#", "validationCode": "ValidationException"},
    },
    "s3": {
        "validatesItself": True,
        "statuses": {
            "PutBucketAnalyticsConfiguration": 204,
            "PutBucketIntelligentTieringConfiguration": 204,
            "PutBucketMetricsConfiguration": 204,
            "PutBucketPolicy": 204,
            "PutBucketTagging": 204,
        },
        "table": {"namespace": "http://s3.amazonaws.com/doc/2006-03-01/", "roots": S3_ROOTS, "timesWithMillis": True},
    },
    "kinesis": {"table": {"validationCode": "ValidationException"}},
    "cloudwatch": {
        "table": {"validationCode": "ValidationError", "queryCompatible": True},
    },
    "sns": {
        "validatesItself": True,
    },
}
