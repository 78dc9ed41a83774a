import pytest
from dagster_graphql.schema import create_schema
from graphql import GraphQLSchema, parse, validate

from console.api.documents import document, names


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    schema = create_schema().graphql_schema
    assert isinstance(schema, GraphQLSchema)
    return schema


@pytest.mark.parametrize("name", names())
def test_every_document_is_valid_by_the_servers_own_schema(
    name: str, schema: GraphQLSchema
) -> None:
    assert validate(schema, parse(document(name).text)) == []


@pytest.mark.parametrize("name", names())
def test_a_document_is_a_mutation_just_when_its_text_says_so(name: str) -> None:
    assert document(name).is_mutation == document(name).text.startswith("mutation")
