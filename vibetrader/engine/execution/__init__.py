"""Fills, fees, slippage, brokerage models, transactions."""

from vibetrader.engine.execution.benchmarks import FuncBenchmark, SecurityBenchmark, security_benchmark
from vibetrader.engine.execution.brokerages.base import DefaultBrokerageModel
from vibetrader.engine.execution.brokerages.registry import create_brokerage_model
from vibetrader.engine.execution.initializers import BrokerageModelSecurityInitializer
from vibetrader.engine.execution.service import SecurityService
from vibetrader.engine.execution.transactions import TransactionHandler

__all__ = [
    "BrokerageModelSecurityInitializer",
    "DefaultBrokerageModel",
    "FuncBenchmark",
    "SecurityBenchmark",
    "SecurityService",
    "TransactionHandler",
    "create_brokerage_model",
    "security_benchmark",
]
