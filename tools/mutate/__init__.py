"""Mutation testing of the contracts: do the forge tests notice when the code is wrong?"""
