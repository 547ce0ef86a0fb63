# A published function with all that Lambda hangs on one: a layer, an alias, a URL, kept-warm instances, event settings.

resource "aws_lambda_layer_version" "words" {
  layer_name          = "words"
  filename            = "${path.module}/nodejs20.x.zip"
  source_code_hash    = filebase64sha256("${path.module}/nodejs20.x.zip")
  compatible_runtimes = ["nodejs20.x"]
}

resource "aws_lambda_layer_version_permission" "words" {
  layer_name     = aws_lambda_layer_version.words.layer_name
  version_number = aws_lambda_layer_version.words.version
  statement_id   = "everybody"
  action         = "lambda:GetLayerVersion"
  principal      = "*"
}

resource "aws_lambda_function" "published" {
  function_name    = "published"
  role             = aws_iam_role.runner.arn
  runtime          = "nodejs20.x"
  handler          = "index.handler"
  filename         = "${path.module}/nodejs20.x.zip"
  source_code_hash = filebase64sha256("${path.module}/nodejs20.x.zip")
  layers           = [aws_lambda_layer_version.words.arn]
  publish          = true
  ephemeral_storage {
    size = 1024
  }
  logging_config {
    log_format            = "JSON"
    application_log_level = "WARN"
    system_log_level      = "INFO"
  }
  tracing_config {
    mode = "Active"
  }
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.published.function_name
  function_version = aws_lambda_function.published.version
}

resource "aws_lambda_provisioned_concurrency_config" "live" {
  function_name                     = aws_lambda_function.published.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = 2
}

resource "aws_lambda_function_url" "live" {
  function_name      = aws_lambda_function.published.function_name
  qualifier          = aws_lambda_alias.live.name
  authorization_type = "AWS_IAM"
  cors {
    allow_origins = ["https://example.org"]
    allow_methods = ["GET", "POST"]
    max_age       = 3600
  }
}

resource "aws_lambda_function_event_invoke_config" "live" {
  function_name                = aws_lambda_function.published.function_name
  qualifier                    = aws_lambda_alias.live.name
  maximum_event_age_in_seconds = 600
  maximum_retry_attempts       = 1
}

resource "aws_iam_role_policy" "stream" {
  name = "stream"
  role = aws_iam_role.runner.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
      Resource = aws_dynamodb_table.orders.stream_arn
    }]
  })
}

resource "aws_lambda_event_source_mapping" "live" {
  event_source_arn                   = aws_dynamodb_table.orders.stream_arn
  function_name                      = aws_lambda_alias.live.arn
  starting_position                  = "LATEST"
  batch_size                         = 50
  maximum_batching_window_in_seconds = 1
  parallelization_factor             = 2
  maximum_retry_attempts             = 3
  bisect_batch_on_function_error     = true
  function_response_types            = ["ReportBatchItemFailures"]
  filter_criteria {
    filter {
      pattern = jsonencode({ eventName = ["INSERT"] })
    }
  }
  depends_on = [aws_iam_role_policy.stream]
}
