resource "aws_iam_role" "reader" {
  name = "reader"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "reader" {
  name = "reader"
  role = aws_iam_role.reader.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
      Resource = "${aws_dynamodb_table.orders.arn}/stream/*"
    }]
  })
}

resource "aws_s3_bucket" "inbox" {
  bucket        = "inbox"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "inbox" {
  bucket = aws_s3_bucket.inbox.id
  versioning_configuration { status = "Enabled" }
}

resource "aws_s3_object" "code" {
  depends_on = [aws_s3_bucket_versioning.inbox]
  bucket     = aws_s3_bucket.inbox.id
  key        = "code/node.zip"
  source     = "${path.module}/nodejs20.x.zip"
  etag       = filemd5("${path.module}/nodejs20.x.zip")
}

resource "aws_lambda_function" "reader" {
  depends_on        = [aws_iam_role_policy.reader]
  function_name     = "reader"
  role              = aws_iam_role.reader.arn
  runtime           = "nodejs20.x"
  handler           = "index.handler"
  s3_bucket         = aws_s3_object.code.bucket
  s3_key            = aws_s3_object.code.key
  s3_object_version = aws_s3_object.code.version_id
  source_code_hash  = filebase64sha256("${path.module}/nodejs20.x.zip")
}

resource "aws_lambda_permission" "inbox" {
  statement_id   = "AllowInbox"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.reader.function_name
  principal      = "s3.amazonaws.com"
  source_arn     = aws_s3_bucket.inbox.arn
  source_account = "000000000000"
}

resource "aws_s3_bucket_notification" "inbox" {
  depends_on = [aws_lambda_permission.inbox]
  bucket     = aws_s3_bucket.inbox.id
  lambda_function {
    id                  = "texts"
    lambda_function_arn = aws_lambda_function.reader.arn
    events              = ["s3:ObjectCreated:*", "s3:ObjectRemoved:Delete"]
    filter_prefix       = "texts/"
    filter_suffix       = ".txt"
  }
}

resource "aws_lambda_event_source_mapping" "orders" {
  event_source_arn                   = aws_dynamodb_table.orders.stream_arn
  function_name                      = aws_lambda_function.reader.arn
  starting_position                  = "LATEST"
  batch_size                         = 10
  maximum_batching_window_in_seconds = 1
  maximum_retry_attempts             = 2
  bisect_batch_on_function_error     = true
  function_response_types            = ["ReportBatchItemFailures"]
  filter_criteria {
    filter {
      pattern = jsonencode({ eventName = ["INSERT"] })
    }
  }
}
