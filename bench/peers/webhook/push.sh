#!/bin/sh
# One delivery, in the file that the webhook daemon wrote it to: appended to a list, answered when Redis has it.
exec redis-cli -h "$REDIS_HOST" -p "$REDIS_PORT" -x RPUSH inbox < "$BODY"
