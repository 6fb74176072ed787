"""What a person is told: mails through an outbox written in the transaction of their cause."""
